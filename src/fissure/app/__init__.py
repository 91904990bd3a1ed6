"""The page: a server on this machine that shows the model and runs what is asked, in a browser."""
