using DeviceAgent.Hosting;
using DeviceAgent.Technician;

var handlers = new CommandHandlers(AgentHost.RunAsync, AgentSetUp.CreateJournalAsync, JournalAdoption.RunAsync,
    (socket, json, stop) => StatusCommand.RunAsync(socket, json, Console.Out, Console.Error, stop),
    socket => new OrderCommands(socket, Console.Out, Console.Error),
    socket => new WorkCommands(socket, Console.In, Console.Out, Console.Error));
return await CommandLine.InvokeAsync(args, Environment.GetEnvironmentVariable(CommandLine.SocketVariable), handlers, Console.Out, Console.Error, CancellationToken.None);
