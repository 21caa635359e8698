"""Lambda's execution: functions run under AWS's own runtime client, against a Runtime API of ours.

`engine.Engine` is the way in. Records of functions, versions and aliases are somebody else's (`target.Directory`).
"""
