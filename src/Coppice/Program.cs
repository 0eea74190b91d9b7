using Coppice.Commands;

// The composition root is the one place that names the real clock.
#pragma warning disable RS0030
return await CoppiceCommand.RunAsync(args, TimeProvider.System);
