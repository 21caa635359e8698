"""From somebody's table to a use case: look at the columns, propose what they are, write the plug-in."""
