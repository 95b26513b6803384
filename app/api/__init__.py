"""HTTP for machines, and the few routes a browser needs outside the websocket."""
