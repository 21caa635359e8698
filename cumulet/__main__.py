from cumulet.cli.app import main

main()
