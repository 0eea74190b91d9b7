using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Authentication;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Audit;

/// <summary>What is told of a request at one stage: audit.k8s.io/v1, Event.</summary>
/// <param name="User">Null for one who is not known.</param>
/// <param name="ReceivedAt">When the request came.</param>
internal sealed record AuditEvent(AuditScope Scope, AuditOrigin Origin, ApiRequest Request, UserInfo? User, DateTimeOffset ReceivedAt)
{
    /// <summary>The annotation of an event that is told without its objects.</summary>
    public const string Truncated = "audit.k8s.io/truncated";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    // In characters, as Kubernetes cuts it.
    private const int UserAgentMax = 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public AuditStage Stage { get; init; }

    public DateTimeOffset At { get; init; }

    public UserInfo? Impersonated { get; init; }

    /// <summary>Null until there is an answer.</summary>
    public ApiStatus? Status { get; init; }

    /// <summary>Empty for none, or where the level does not want it.</summary>
    public ReadOnlyMemory<byte> RequestObject { get; init; }

    /// <inheritdoc cref="RequestObject"/>
    public ReadOnlyMemory<byte> ResponseObject { get; init; }

    /// <summary>Of the object that was sent; null where none was, or it does not say.</summary>
    public string? Name { get; init; }

    /// <inheritdoc cref="Name"/>
    public string? Uid { get; init; }

    /// <inheritdoc cref="Name"/>
    public string? ResourceVersion { get; init; }

    public SortedDictionary<string, string> Annotations { get; init; } = [];

    /// <summary>One line of JSON with its end.</summary>
    /// <param name="bytesMax">One that would be longer is told without its objects, and says so.</param>
    public byte[] ToLine(int bytesMax) =>
        RequestObject.Length + ResponseObject.Length <= bytesMax
            ? Write()
            : (this with
            {
                RequestObject = default,
                ResponseObject = default,
                Annotations = new(Annotations) { [Truncated] = "true" },
            }).Write();

    private byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("kind", "Event");
            json.WriteString("apiVersion", "audit.k8s.io/v1");
            json.WriteString("level", $"{Scope.Level}");
            json.WriteString("auditID", Origin.Id);
            json.WriteString("stage", $"{Stage}");
            json.WriteString("requestURI", Origin.Uri);
            json.WriteString("verb", Request.Verb);
            json.WritePropertyName("user");
            WriteUser(json, User ?? new UserInfo());
            if (Impersonated is not null)
            {
                json.WritePropertyName("impersonatedUser");
                WriteUser(json, Impersonated);
            }

            WriteList(json, "sourceIPs", Origin.Sources);
            WriteText(json, "userAgent", Origin.UserAgent.Length > UserAgentMax ? Origin.UserAgent[..UserAgentMax] + "...TRUNCATED" : Origin.UserAgent);
            WriteReference(json);
            WriteStatus(json);
            WriteObject(json, "requestObject", RequestObject);
            WriteObject(json, "responseObject", ResponseObject);
            json.WriteString("requestReceivedTimestamp", ReceivedAt.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("stageTimestamp", At.ToString(TimeFormat, CultureInfo.InvariantCulture));
            WriteAnnotations(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteUser(Utf8JsonWriter json, UserInfo user)
    {
        json.WriteStartObject();
        WriteText(json, "username", user.Username);
        WriteText(json, "uid", user.Uid);
        WriteList(json, "groups", [.. user.Groups]);
        if (!user.Extra.IsEmpty)
        {
            json.WriteStartObject("extra");
            foreach (var (key, values) in user.Extra)
            {
                WriteList(json, key, [.. values]);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteReference(Utf8JsonWriter json)
    {
        if (Request.Resource is not { } resource)
        {
            return;
        }

        json.WriteStartObject("objectRef");
        WriteText(json, "resource", resource.Resource);
        WriteText(json, "namespace", Request.Namespace);
        WriteText(json, "name", Request.Name ?? Name);
        WriteText(json, "uid", Uid);
        WriteText(json, "apiGroup", resource.Group);
        WriteText(json, "apiVersion", Request.Version);
        WriteText(json, "resourceVersion", ResourceVersion);
        WriteText(json, "subresource", Request.Subresource);
        json.WriteEndObject();
    }

    private void WriteStatus(Utf8JsonWriter json)
    {
        if (Status is null)
        {
            return;
        }

        json.WriteStartObject("responseStatus");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        WriteText(json, "status", Status.Status);
        WriteText(json, "message", Status.Message);
        WriteText(json, "reason", Status.Reason);
        if (Status.Details is { } details)
        {
            json.WritePropertyName("details");
            json.WriteRawValue(ApiJson.Write(details), skipInputValidation: true);
        }

        json.WriteNumber("code", Status.Code);
        json.WriteEndObject();
    }

    private void WriteObject(Utf8JsonWriter json, string name, ReadOnlyMemory<byte> item)
    {
        if (item.IsEmpty)
        {
            return;
        }

        json.WritePropertyName(name);
        var isOneLine = item.Span.IndexOf((byte)'\n') < 0;
        json.WriteRawValue(isOneLine && !Scope.OmitManagedFields ? item.Span : Rewritten(item), skipInputValidation: true);
    }

    private void WriteAnnotations(Utf8JsonWriter json)
    {
        if (Annotations.Count == 0)
        {
            return;
        }

        json.WriteStartObject("annotations");
        foreach (var (key, value) in Annotations)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    /// <summary>In one line; and if they are not wanted, without the managed fields of an object, or of each in a list.</summary>
    private byte[] Rewritten(ReadOnlyMemory<byte> item)
    {
        var node = JsonNode.Parse(item.Span);
        if (Scope.OmitManagedFields)
        {
            foreach (var one in node is JsonObject whole && whole["items"] is JsonArray items ? items.Prepend(whole) : [node])
            {
                ((one as JsonObject)?["metadata"] as JsonObject)?.Remove("managedFields");
            }
        }

        return InOneLine(node);
    }

    internal static byte[] InOneLine(JsonNode? node) => Encoding.UTF8.GetBytes(node?.ToJsonString() ?? "null");

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
