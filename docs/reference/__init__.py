"""The generated reference: pages of Markdown about components, hooks, commands and Python names, made from the code."""
