using Coppice.Cel;
using Coppice.Cel.Libraries;
using Coppice.Cel.Types;

namespace Coppice.ApiServer.Expressions;

/// <summary>What expressions of webhooks and policies may name, and what comes of compiling them.</summary>
internal static class AdmissionExpressions
{
    public const string Object = "object";
    public const string OldObject = "oldObject";
    public const string Request = "request";
    public const string Params = "params";
    public const string NamespaceObject = "namespaceObject";
    public const string Variables = "variables";
    public const string Authorizer = "authorizer";
    public const string RequestResource = "authorizer.requestResource";

    private static readonly CelType Texts = CelType.ListOf(CelType.String);
    private static readonly CelType Labels = CelType.MapOf(CelType.String, CelType.String);

    private static readonly CelType KindType = Make("kubernetes.GroupVersionKind", ("group", CelType.String), ("version", CelType.String), ("kind", CelType.String));

    private static readonly CelType ResourceType = Make(
        "kubernetes.GroupVersionResource", ("group", CelType.String), ("version", CelType.String), ("resource", CelType.String));

    private static readonly CelType UserType = Make(
        "kubernetes.UserInfo", ("username", CelType.String), ("uid", CelType.String), ("groups", Texts), ("extra", CelType.MapOf(CelType.String, Texts)));

    private static readonly CelType RequestType = Make(
        "kubernetes.AdmissionRequest",
        ("kind", KindType), ("resource", ResourceType), ("subResource", CelType.String), ("requestKind", KindType), ("requestResource", ResourceType),
        ("requestSubResource", CelType.String), ("name", CelType.String), ("namespace", CelType.String), ("operation", CelType.String), ("userInfo", UserType),
        ("dryRun", CelType.Bool), ("options", CelType.Dyn));

    private static readonly CelType NamespaceType = Make(
        "kubernetes.Namespace",
        ("metadata", Make(
            "kubernetes.NamespaceMetadata",
            ("name", CelType.String), ("generateName", CelType.String), ("namespace", CelType.String), ("labels", Labels), ("annotations", Labels),
            ("UID", CelType.String), ("creationTimestamp", CelType.Timestamp), ("deletionGracePeriodSeconds", CelType.Int),
            ("deletionTimestamp", CelType.Timestamp), ("generation", CelType.Int), ("resourceVersion", CelType.String), ("finalizers", Texts))),
        ("spec", Make("kubernetes.NamespaceSpec", ("finalizers", Texts))),
        ("status", Make("kubernetes.NamespaceStatus", ("phase", CelType.String))));

    /// <summary>For match conditions of webhooks.</summary>
    public static CelEnvironment Conditions { get; } = Environment(hasParams: false, null);

    /// <param name="makesChanges">It may make what objects are changed by.</param>
    /// <param name="variables">The types of a policy's variables by their names; they may be added to as long as expressions are compiled. Null where there are none.</param>
    public static CelEnvironment Environment(bool hasParams, IReadOnlyDictionary<string, CelType>? variables, bool makesChanges = false) =>
        Environment(CelType.Dyn, hasParams ? CelType.Dyn : null, variables, makesChanges);

    /// <param name="item">The type of the objects.</param>
    /// <param name="parameters">The type of the parameters; null where there are none.</param>
    public static CelEnvironment Environment(CelType item, CelType? parameters, IReadOnlyDictionary<string, CelType>? variables, bool makesChanges = false)
    {
        var declared = new Dictionary<string, CelType>(StringComparer.Ordinal)
        {
            [Object] = item,
            [OldObject] = item,
            [Request] = RequestType,
            [NamespaceObject] = NamespaceType,
            [Authorizer] = AuthorizerValue.Type,
            [RequestResource] = AuthorizerValue.ResourceCheckType,
        };
        if (parameters is not null)
        {
            declared[Params] = parameters;
        }

        if (variables is not null)
        {
            declared[Variables] = CelType.Object("kubernetes.variables", () => variables);
        }

        return new CelEnvironment(declared, makesChanges);
    }

    /// <param name="error">What is wrong with it, in Kubernetes' words.</param>
    /// <param name="types">What it may come to; anything, if there is none.</param>
    public static CompiledExpression? Compile(CelEnvironment environment, string text, out string? error, params ReadOnlySpan<CelType> types)
    {
        var expression = environment.Compile(text, out var issues);
        error = issues is null ? null : $"compilation failed: {issues}";
        if (expression is null || types.IsEmpty)
        {
            return expression;
        }

        foreach (var type in types)
        {
            if (expression.Type.Is(type))
            {
                return expression;
            }
        }

        error = types.Length == 1 ? $"must evaluate to {Name(types[0])} but got {Name(expression.Type)}" : $"must evaluate to one of [{string.Join(' ', types.ToArray().Select(Name))}]";
        return null;
    }

    private static string Name(CelType type) => type.Parameters.Count == 0 ? type.RuntimeName ?? type.Name : type.ToString();

    private static CelType Make(string name, params (string Name, CelType Type)[] fields)
    {
        var byName = fields.ToDictionary(field => field.Name, field => field.Type, StringComparer.Ordinal);
        return CelType.Object(name, () => byName);
    }
}
