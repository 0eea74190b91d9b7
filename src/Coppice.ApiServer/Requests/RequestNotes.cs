namespace Coppice.ApiServer.Requests;

/// <summary>
/// What those who look at a request on its way have to say beside its answer: warnings for the client, and annotations for the audit
/// log. They count whether the request is granted or refused. Any thread may add.
/// </summary>
/// <param name="warn">Called by one thread at a time.</param>
public sealed class RequestNotes(Action<string> warn)
{
    private readonly Lock _gate = new();
    private Dictionary<string, string>? _annotations;

    /// <summary>For the audit log, by key.</summary>
    public IReadOnlyDictionary<string, string> Annotations
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, string>(_annotations ?? [], StringComparer.Ordinal);
            }
        }
    }

    public void Warn(string text)
    {
        lock (_gate)
        {
            warn(text);
        }
    }

    /// <summary>Who was first with a key has said it: nobody else changes that.</summary>
    public void Annotate(string key, string value)
    {
        lock (_gate)
        {
            (_annotations ??= new(StringComparer.Ordinal)).TryAdd(key, value);
        }
    }
}
