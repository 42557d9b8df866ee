"""Word times of recorded speech: found by forced alignment with transcripts, or read where they are known."""
