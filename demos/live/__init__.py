"""The live view: camera → server → canvas over one WebSocket, nothing on disk, no queue that grows."""
