"""Networks trained with several seeds, by any number of workers, and compared on the same test clips."""
