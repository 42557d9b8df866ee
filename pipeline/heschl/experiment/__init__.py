"""The listening experiment: test clips presented in a browser, and the server that saves the responses."""
