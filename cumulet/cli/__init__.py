"""The command line: parse, call, print. stdout is data, stderr is talk, the exit codes are the error tree."""
