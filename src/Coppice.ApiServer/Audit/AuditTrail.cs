using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Audit;

/// <summary>Where a request came from.</summary>
/// <param name="Id">Tells it from all others.</param>
/// <param name="Uri">Path and query, as they came.</param>
/// <param name="Sources">Addresses: of whom proxies name, then of whoever is connected.</param>
internal sealed record AuditOrigin(string Id, string Uri, IReadOnlyList<string> Sources, string UserAgent);

/// <summary>What is told of one request, from its beginning to its end. Those it passes add what they know.</summary>
internal sealed class AuditTrail
{
    private readonly AuditLog _log;
    private readonly AuditScope _scope;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _received;
    private readonly SortedDictionary<string, string> _annotations = new(StringComparer.Ordinal);
    private AuditEvent _event;
    private RequestNotes? _notes;

    public AuditTrail(AuditLog log, AuditScope scope, AuditOrigin origin, ApiRequest request, UserInfo? user, TimeProvider time)
    {
        (_log, _scope, _time, _received) = (log, scope, time, time.GetUtcNow());
        _event = new AuditEvent(scope, origin, request, user, _received);
    }

    private bool WantsResponse => _scope.Level >= AuditLevel.RequestResponse;

    public void ActsAs(UserInfo user) => _event = _event with { Impersonated = user };

    public void Decided(AccessDecision decision)
    {
        _annotations["authorization.k8s.io/decision"] = decision.Allowed ? "allow" : "forbid";
        _annotations["authorization.k8s.io/reason"] = decision.Reason;
    }

    public void Annotate(string key, string value) => _annotations[key] = value;

    /// <summary>Whoever looks at the request says more by these.</summary>
    public void Listen(RequestNotes notes) => _notes = notes;

    /// <summary>A patch or options. What is no JSON is refused elsewhere, and not told.</summary>
    public void Asked(ReadOnlyMemory<byte> body)
    {
        if (_scope.Level < AuditLevel.Request)
        {
            return;
        }

        try
        {
            // In one line, however it was sent.
            _event = _event with { RequestObject = AuditEvent.InOneLine(JsonNode.Parse(body.Span)) };
        }
        catch (JsonException)
        {
            // As said.
        }
    }

    /// <summary>An object to be written, or to be asked about.</summary>
    public void Asked(KubernetesObject item) => _event = _event with
    {
        RequestObject = _scope.Level < AuditLevel.Request ? default : ApiJson.WriteObject(item),
        Name = item.Metadata.Name,
        Uid = item.Metadata.Uid,
        ResourceVersion = item.Metadata.ResourceVersion,
    };

    public void Answered(KubernetesObject item)
    {
        if (WantsResponse)
        {
            Answered(ApiJson.WriteObject(item));
        }
    }

    public void Answered(ReadOnlyMemory<byte> json)
    {
        if (WantsResponse)
        {
            _event = _event with { ResponseObject = json };
        }
    }

    /// <summary>What would be too long for an event is not put together.</summary>
    /// <param name="length">Of the JSON, in bytes.</param>
    public void Answered(long length, Func<ReadOnlyMemory<byte>> json)
    {
        if (WantsResponse && length > _log.EventBytesMax)
        {
            _annotations[AuditEvent.Truncated] = "true";
        }
        else if (WantsResponse)
        {
            Answered(json());
        }
    }

    /// <summary>A refusal, or the news that something was done.</summary>
    public void Answered(ApiStatus status) => _event = _event with { Status = status };

    public void Received() => Tell(AuditStage.RequestReceived, _event with { Status = null });

    public void Started(int code) => Tell(AuditStage.ResponseStarted, WithCode(code));

    public void Completed(int code) => Tell(AuditStage.ResponseComplete, WithCode(code));

    private AuditEvent WithCode(int code) => _event with { Status = (_event.Status ?? new ApiStatus()) with { Code = code } };

    private void Tell(AuditStage stage, AuditEvent about)
    {
        if (_scope.OmitStages.Contains(stage))
        {
            return;
        }

        foreach (var (key, value) in _notes?.Annotations ?? new Dictionary<string, string>())
        {
            _annotations[key] = value;
        }

        _log.Tell(about with { Stage = stage, At = stage == AuditStage.RequestReceived ? _received : _time.GetUtcNow(), Annotations = new(_annotations) });
    }
}
