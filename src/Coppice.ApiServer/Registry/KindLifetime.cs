using Coppice.Store;

namespace Coppice.ApiServer.Registry;

/// <summary>
/// How long a kind is served as it is: until its definition goes, or says something else. Who watches it must begin anew then, or would
/// be shown objects without what was defined since.
/// </summary>
internal sealed class KindLifetime
{
    // Never put away: it has no timer, and some may still hold on to its token.
    private readonly CancellationTokenSource _ended = new();
    private long _last = long.MaxValue;

    /// <summary>Of a kind that is not served as it is.</summary>
    public static KindLifetime Past { get; } = MakePast();

    public bool IsOver => Volatile.Read(ref _last) != long.MaxValue;

    /// <summary>Wakes those who watch, after it is over.</summary>
    public CancellationToken Ending => _ended.Token;

    /// <summary>This write was made while the kind was as it is.</summary>
    public bool Covers(Revision revision) => revision.Value <= Volatile.Read(ref _last);

    /// <summary>It is over with this write, before anything else is made by what comes instead.</summary>
    public void Close(Revision last) => Volatile.Write(ref _last, last.Value);

    public void Wake() => _ended.Cancel();

    private static KindLifetime MakePast()
    {
        var past = new KindLifetime();
        past.Close(Revision.None);
        past.Wake();
        return past;
    }
}
