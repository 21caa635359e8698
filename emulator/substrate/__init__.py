"""ministack, the substrate: every private name of it that we touch is touched in this package, and nowhere else.

`names.py` lists them; `names.check()` runs at each start and says which one has moved. Importing a module of this
package imports ministack, which reads its settings from the environment: call `settings.apply` before.
"""
