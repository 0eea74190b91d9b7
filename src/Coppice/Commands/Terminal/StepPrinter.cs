using System.Globalization;
using Spectre.Console;

namespace Coppice.Commands.Terminal;

/// <summary>Tells what is done while it is done: a moving line on a terminal, plain lines elsewhere; and at the end how long it took.</summary>
internal sealed class StepPrinter(TimeProvider time)
{
    private readonly IAnsiConsole _console = PlainConsole.Make();

    /// <param name="doing">What is done now: "Starting the server".</param>
    /// <param name="work">Given how to say a detail of it; returns what to say when it is done, or null for <paramref name="doing"/>.</param>
    public async Task RunAsync(string doing, Func<Action<string>, Task<string?>> work)
    {
        var since = time.GetTimestamp();
        var done = _console.Profile.Capabilities.Interactive
            ? await _console.Status().StartAsync(Markup.Escape(doing) + " …", context => work(detail => context.Status = $"{Markup.Escape(doing)} … [grey]{Markup.Escape(Short(detail))}[/]"))
            : await work(_ => { });
        var seconds = time.GetElapsedTime(since).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        _console.MarkupLine($"[green]✓[/] {Markup.Escape(done ?? doing)} [grey]({seconds} s)[/]");
    }

    public void Say(string line) => Console.Out.WriteLine(line);

    private string Short(string detail) => detail.Length <= _console.Profile.Width / 2 ? detail : detail[..(_console.Profile.Width / 2)];
}
