"""What a network answers to the test clips."""
