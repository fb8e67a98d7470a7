import PhoneSimulator

PhoneSimulatorCommand.main()
