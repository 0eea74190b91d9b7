using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Requests;
using Coppice.Client;
using Coppice.Objects.Authentication;

namespace Coppice.ApiServer.Audit;

/// <summary>How much is told of a request; each level tells all that those before it do.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuditLevel>))]
public enum AuditLevel
{
    None,
    Metadata,
    Request,
    RequestResponse,
}

/// <summary>Where in its way a request is when something is told of it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuditStage>))]
public enum AuditStage
{
    RequestReceived,

    /// <summary>The head of the answer is sent, and the rest takes as long as somebody looks.</summary>
    ResponseStarted,
    ResponseComplete,
    Panic,
}

/// <summary>What is told of which requests: audit.k8s.io/v1, Policy. The first rule that fits a request decides; without one, nothing is told.</summary>
public sealed record AuditPolicy
{
    private const string Version = "audit.k8s.io/v1";

    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    /// <summary>Nothing of it is used.</summary>
    public JsonElement? Metadata { get; init; }

    public IReadOnlyList<AuditRule> Rules { get => field ?? []; init; }

    public IReadOnlyList<AuditStage> OmitStages { get => field ?? []; init; }

    public bool OmitManagedFields { get; init; }

    /// <summary>What each of the rules says; null where it says that nothing is told.</summary>
    private IReadOnlyList<AuditScope?> Scopes => field ??= [.. Rules.Select(rule => rule.Level == AuditLevel.None
        ? null
        : new AuditScope(rule.Level!.Value, [.. OmitStages, .. rule.OmitStages], rule.OmitManagedFields ?? OmitManagedFields))];

    /// <exception cref="FormatException">It cannot be used; the message says where and why.</exception>
    public static AuditPolicy Parse(string text, string file)
    {
        var read = ConfigurationFile.Read(text, file, AuditJsonContext.Default.AuditPolicy);
        if ((read.ApiVersion, read.Kind) is not (Version, "Policy"))
        {
            throw new FormatException($"{file}: is no Policy of {Version}");
        }

        if (read.Rules.Count == 0)
        {
            throw new FormatException($"{file}: loaded illegal policy with 0 rules");
        }

        var problem = read.Rules.Index().SelectMany(rule => rule.Item.Problems().Select(why => string.Create(CultureInfo.InvariantCulture, $"rules[{rule.Index}].{why}"))).FirstOrDefault();
        return problem is null ? read : throw new FormatException($"{file}: {problem}");
    }

    /// <summary>What is told of a request of somebody; null for nothing.</summary>
    internal AuditScope? ScopeOf(UserInfo? user, ApiRequest request)
    {
        for (var i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].Fits(user, request))
            {
                return Scopes[i];
            }
        }

        return null;
    }
}

/// <summary>What a policy says of one request.</summary>
internal sealed record AuditScope(AuditLevel Level, IReadOnlyList<AuditStage> OmitStages, bool OmitManagedFields);

/// <summary>Which requests are meant: those that fit all that is said. What is empty fits all.</summary>
public sealed record AuditRule
{
    public AuditLevel? Level { get; init; }

    public IReadOnlyList<string> Users { get => field ?? []; init; }

    public IReadOnlyList<string> UserGroups { get => field ?? []; init; }

    public IReadOnlyList<string> Verbs { get => field ?? []; init; }

    public IReadOnlyList<AuditResources> Resources { get => field ?? []; init; }

    public IReadOnlyList<string> Namespaces { get => field ?? []; init; }

    [JsonPropertyName("nonResourceURLs")]
    public IReadOnlyList<string> NonResourceUrls { get => field ?? []; init; }

    public IReadOnlyList<AuditStage> OmitStages { get => field ?? []; init; }

    /// <summary>Null for what the policy says.</summary>
    public bool? OmitManagedFields { get; init; }

    /// <summary>What is wrong with it, each with its place.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Level is null)
        {
            yield return "level: Required value";
        }

        if (NonResourceUrls.Count > 0 && Resources.Count + Namespaces.Count > 0)
        {
            yield return $"nonResourceURLs: Invalid value: [{string.Join(", ", NonResourceUrls.Select(url => $"\"{url}\""))}]: rules cannot apply to both regular resources and non-resource URLs";
        }

        foreach (var (i, url) in NonResourceUrls.Index())
        {
            if (url != "*" && (!url.StartsWith('/') || url[..^1].Contains('*')))
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"nonResourceURLs[{i}]: Invalid value: \"{url}\": {(url.StartsWith('/') ? "non-resource URL wildcards '*' must be the final character of the rule" : "non-resource URL rules must begin with a '/' character")}");
            }
        }

        foreach (var (i, resources) in Resources.Index())
        {
            if (resources is { ResourceNames.Count: > 0, Resources.Count: 0 })
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"resources[{i}].resourceNames: Invalid value: [{string.Join(", ", resources.ResourceNames.Select(name => $"\"{name}\""))}]: using resourceNames requires at least one resource");
            }
        }
    }

    /// <param name="user">Null for one who is not known.</param>
    internal bool Fits(UserInfo? user, ApiRequest request)
    {
        if ((Users.Count > 0 && !(user is not null && Users.Contains(user.Name)))
            || (UserGroups.Count > 0 && !(user is not null && UserGroups.Any(user.IsIn)))
            || (Verbs.Count > 0 && !Verbs.Contains(request.Verb)))
        {
            return false;
        }

        return Namespaces.Count + Resources.Count > 0 ? FitsResource(request)
            : NonResourceUrls.Count == 0 || (request.Resource is null && NonResourceUrls.Any(url => RoleRules.IsPath(url, request.Path)));
    }

    private bool FitsResource(ApiRequest request) => request.Resource is not null
        && (Namespaces.Count == 0 || Namespaces.Contains(request.Namespace ?? ""))
        && (Resources.Count == 0 || Resources.Any(one => one.Fits(request)));
}

/// <summary>Resources of a group, with their subresources as in "pods/log", "pods/*" and "*/scale"; "*" is all of them.</summary>
public sealed record AuditResources
{
    public string Group { get => field ?? ""; init; }

    public IReadOnlyList<string> Resources { get => field ?? []; init; }

    public IReadOnlyList<string> ResourceNames { get => field ?? []; init; }

    internal bool Fits(ApiRequest request)
    {
        var (group, resource) = (request.Resource!.Value.Group, request.Resource.Value.Resource);
        var whole = request.Subresource is { } sub ? $"{resource}/{sub}" : resource;
        return Group == group
            && (Resources.Count == 0
                || ((ResourceNames.Count == 0 || ResourceNames.Contains(request.Name ?? ""))
                    && Resources.Any(one => one == "*" || one == whole || one == $"{resource}/*" || (request.Subresource is { } door && one == $"*/{door}"))));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AuditPolicy))]
[JsonSerializable(typeof(Kubeconfig))]
internal sealed partial class AuditJsonContext : JsonSerializerContext;
