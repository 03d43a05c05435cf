"""What a text is about, told by words in five languages; the same for every room."""
