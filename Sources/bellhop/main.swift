import CommandLine

BellhopCommand.main()
