using DeviceAgent.Simulator.Kiosk;

return await KioskCommandLine.InvokeAsync(args);
