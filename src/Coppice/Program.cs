using Coppice.Commands;
using Coppice.Composition;

NativeHeap.Limit();

// The composition root is the one place that names the real clock.
#pragma warning disable RS0030
return await CoppiceCommand.RunAsync(args, TimeProvider.System);
