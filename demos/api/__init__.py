"""What other programs may ask of the running server by name, through Gradio's API: files in, files and JSON out."""
