"""What the tests stand on: private servers, stand-ins for the providers, a browser, and a watch on the sockets."""
