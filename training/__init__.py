"""What runs inside training and processing jobs: one job per file (snapshot, fit, evaluate), each with a main()."""
