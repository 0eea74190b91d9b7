using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Coppice.Commands.Logging;

/// <summary>
/// Log entries as lines for a person: time (UTC), level, who says it and the number of what is said, which
/// stays when words change. An exception follows on lines of its own, indented.
/// </summary>
internal sealed class LineLoggerProvider(LogFile file, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName[(categoryName.LastIndexOf('.') + 1)..], file, time);

    public void Dispose()
    {
    }

    private sealed class LineLogger(string category, LogFile file, TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => level != LogLevel.None;

        public void Log<TState>(LogLevel level, EventId eventId, TState state, Exception? failure, Func<TState, Exception?, string> format)
        {
            var now = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
            var line = $"{now} {Word(level)} {category}{Number(eventId)}: {format(state, failure)}";
            file.WriteLine(failure is null ? line : $"{line}\n    {failure.ToString().ReplaceLineEndings("\n    ")}");
        }

        private static string Number(EventId id) => id.Id == 0 ? "" : $"[{id.Id}]";

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info ",
            LogLevel.Warning => "warn ",
            _ => "ERROR",
        };
    }
}
