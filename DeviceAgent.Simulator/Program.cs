using DeviceAgent.Simulator.Kiosk;

return await SimulatorCommand.InvokeAsync(args);
