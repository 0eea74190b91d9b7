using Coppice.Cel.Types;
using Coppice.Cel.Values;
using static Coppice.Cel.Types.Overload;

namespace Coppice.Cel.Libraries;

/// <summary>What an expression asks: who may do what.</summary>
/// <param name="ServiceAccount">Who, as "namespace/name"; null for whoever sent the request.</param>
/// <param name="Path">What, if it is no resource; everything after it is empty then.</param>
public sealed record AuthorizationQuestion(
    string? ServiceAccount,
    string? Path,
    string Verb,
    string Group,
    string Resource,
    string Subresource,
    string Namespace,
    string Name)
{
    public string? FieldSelector { get; init; }

    public string? LabelSelector { get; init; }
}

/// <param name="Error">What went wrong while it was decided; null if nothing did.</param>
public sealed record AuthorizationAnswer(bool Allowed, string Reason, string? Error = null);

/// <summary>Decides what expressions ask of <c>authorizer</c>. The same answer within one evaluation.</summary>
public interface IExpressionAuthorizer
{
    AuthorizationAnswer Decide(AuthorizationQuestion question);
}

/// <summary>The variable <c>authorizer</c>.</summary>
public sealed class AuthorizerValue(IExpressionAuthorizer authorizer, string? serviceAccount = null) : OpaqueValue(TypeText)
{
    public const string TypeText = "kubernetes.authorization.Authorizer";

    public static readonly CelType Type = CelType.Opaque(TypeText);

    /// <summary>Of the variable <c>authorizer.requestResource</c>.</summary>
    public static CelType ResourceCheckType => AuthorizationCheck.ResourceType;

    internal IExpressionAuthorizer Authorizer => authorizer;

    internal string? ServiceAccount => serviceAccount;

    public override bool EqualTo(CelValue other) => ReferenceEquals(this, other);

    /// <summary>The variable <c>authorizer.requestResource</c>: what the request is about, to ask for other verbs.</summary>
    public CelValue Of(string group, string resource, string subresource, string space, string name) =>
        new AuthorizationCheck(AuthorizationCheck.ResourceType, authorizer, new(serviceAccount, null, "", group, resource, subresource, space, name));
}

/// <summary>A question that lacks nothing but, perhaps, its verb.</summary>
internal sealed class AuthorizationCheck(CelType type, IExpressionAuthorizer authorizer, AuthorizationQuestion question) : OpaqueValue(type.Name)
{
    public static readonly CelType PathType = CelType.Opaque("kubernetes.authorization.PathCheck");
    public static readonly CelType GroupType = CelType.Opaque("kubernetes.authorization.GroupCheck");
    public static readonly CelType ResourceType = CelType.Opaque("kubernetes.authorization.ResourceCheck");

    public AuthorizationQuestion Question => question;

    public AuthorizationCheck With(CelType other, AuthorizationQuestion changed) => new(other, authorizer, changed);

    public AuthorizationDecision Decide(string verb) => new(authorizer.Decide(question with { Verb = verb }));

    public override bool EqualTo(CelValue other) => other is AuthorizationCheck check && check.Question == question && check.TypeName == TypeName;
}

internal sealed class AuthorizationDecision(AuthorizationAnswer answer) : OpaqueValue(TypeText)
{
    public const string TypeText = "kubernetes.authorization.Decision";

    public AuthorizationAnswer Answer => answer;

    public override bool EqualTo(CelValue other) => other is AuthorizationDecision decision && decision.Answer == answer;
}

/// <summary><c>authorizer.group('apps').resource('deployments').namespace('a').check('create').allowed()</c>.</summary>
internal static class AuthorizerLibrary
{
    private static readonly CelType Path = AuthorizationCheck.PathType;
    private static readonly CelType Group = AuthorizationCheck.GroupType;
    private static readonly CelType Resource = AuthorizationCheck.ResourceType;
    private static readonly CelType Decision = CelType.Opaque(AuthorizationDecision.TypeText);

    public static IEnumerable<Overload> Overloads =>
    [
        Member("path", "authorizer_path", [AuthorizerValue.Type, CelType.String], Path, a => Text(a[1]).Length == 0 ? new ErrorValue("path must not be empty") : Ask(a[0], Path, Text(a[1]), "")),
        Member("group", "authorizer_group", [AuthorizerValue.Type, CelType.String], Group, a => Ask(a[0], Group, null, Text(a[1]))),
        Member("serviceAccount", "authorizer_serviceaccount", [AuthorizerValue.Type, CelType.String, CelType.String], AuthorizerValue.Type, ServiceAccount),
        Member("resource", "groupcheck_resource", [Group, CelType.String], Resource, a => ((AuthorizationCheck)a[0]).With(Resource, ((AuthorizationCheck)a[0]).Question with { Resource = Text(a[1]) })),
        Refine("subresource", "resourcecheck_subresource", (question, text) => question with { Subresource = text }),
        Refine("namespace", "resourcecheck_namespace", (question, text) => question with { Namespace = text }),
        Refine("name", "resourcecheck_name", (question, text) => question with { Name = text }),
        Refine("fieldSelector", "authorizer_fieldselector", (question, text) => question with { FieldSelector = text }),
        Refine("labelSelector", "authorizer_labelselector", (question, text) => question with { LabelSelector = text }),
        Member("check", "pathcheck_check", [Path, CelType.String], Decision, a => ((AuthorizationCheck)a[0]).Decide(Text(a[1]))),
        Member("check", "resourcecheck_check", [Resource, CelType.String], Decision, a => ((AuthorizationCheck)a[0]).Decide(Text(a[1]))),
        Member("allowed", "decision_allowed", [Decision], CelType.Bool, a => BoolValue.Of(((AuthorizationDecision)a[0]).Answer.Allowed)),
        Member("reason", "decision_reason", [Decision], CelType.String, a => new StringValue(((AuthorizationDecision)a[0]).Answer.Reason)),
        Member("errored", "decision_errored", [Decision], CelType.Bool, a => BoolValue.Of(((AuthorizationDecision)a[0]).Answer.Error is not null)),
        Member("error", "decision_error", [Decision], CelType.String, a => new StringValue(((AuthorizationDecision)a[0]).Answer.Error ?? "")),
    ];

    private static string Text(CelValue value) => ((StringValue)value).Value;

    private static AuthorizationCheck Ask(CelValue authorizer, CelType type, string? path, string group)
    {
        var value = (AuthorizerValue)authorizer;
        return new(type, value.Authorizer, new(value.ServiceAccount, path, "", group, "", "", "", ""));
    }

    private static CelValue ServiceAccount(ReadOnlySpan<CelValue> a)
    {
        var (space, name) = (Text(a[1]), Text(a[2]));
        return space.Length == 0 || name.Length == 0 || space.Contains('/') || name.Contains('/')
            ? new ErrorValue($"Invalid service account {(name.Length == 0 || name.Contains('/') ? "name" : "namespace")}")
            : new AuthorizerValue(((AuthorizerValue)a[0]).Authorizer, $"{space}/{name}");
    }

    private static Overload Refine(string function, string id, Func<AuthorizationQuestion, string, AuthorizationQuestion> change) => Member(
        function, id, [Resource, CelType.String], Resource, a => ((AuthorizationCheck)a[0]).With(Resource, change(((AuthorizationCheck)a[0]).Question, Text(a[1]))));
}
