"""Forms of lines that text logs are read by."""
