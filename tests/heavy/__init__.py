"""What needs minutes or a heavy tool: real servers, and the modules that start them."""
