"""The demonstration: real processes on loopback, the whole story of one case, told as a transcript."""
