"""The desk: cases, their threads and clocks."""
