"""The world outside: the only code that opens sockets to others or starts programs."""
