using Spectre.Console;

namespace Coppice.Commands.Terminal;

/// <summary>Standard output with colours and moving lines on a terminal, and without either in a file or a pipe.</summary>
internal static class PlainConsole
{
    /// <summary>Where nobody looks at it now, a line must not be broken at 80 columns.</summary>
    private const int UnbrokenColumns = 1000;

    public static IAnsiConsole Make()
    {
        var redirected = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        if (redirected)
        {
            console.Profile.Width = UnbrokenColumns;
        }

        return console;
    }
}
