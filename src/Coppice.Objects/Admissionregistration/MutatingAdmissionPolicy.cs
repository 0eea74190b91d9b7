namespace Coppice.Objects.Admissionregistration;

/// <summary>What is changed of requests, in expressions; it counts where a binding says so.</summary>
public sealed partial record MutatingAdmissionPolicy : KubernetesObject
{
    /// <summary>What is changed, and of which requests.</summary>
    [Field(2)]
    public MutatingAdmissionPolicySpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>What a policy changes of requests.</summary>
public sealed partial record MutatingAdmissionPolicySpec : IAdmissionPolicy
{
    /// <summary>What kind the objects have that its bindings take parameters from.</summary>
    [Field(1)]
    public ParamKind? ParamKind { get; init; }

    /// <summary>Which requests it is about: those that create, update or connect.</summary>
    [Field(2)]
    public MatchResources? MatchConstraints { get; init; }

    /// <summary>Values with names for the expressions after them, each evaluated where it is asked for.</summary>
    [Field(3)]
    public ValueList<Variable> Variables { get; init; }

    /// <summary>What is changed, one after another.</summary>
    [Field(4)]
    public ValueList<Mutation> Mutations { get; init; }

    /// <summary>What happens where an expression cannot be evaluated or its change not be made: Fail refuses the request, Ignore goes on.</summary>
    [Field(5, Pointer = true)]
    public string? FailurePolicy { get; init; }

    /// <summary>Which of the requests are meant: those of which all of this is true.</summary>
    [Field(6, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<MatchCondition> MatchConditions { get; init; }

    /// <summary>Whether it changes an object again that others have changed after it: Never or IfNeeded.</summary>
    [Field(7)]
    public string? ReinvocationPolicy { get; init; }
}

/// <summary>One change.</summary>
public sealed partial record Mutation
{
    /// <summary>How the change is said: ApplyConfiguration or JSONPatch.</summary>
    [Field(2, Required = true)]
    public string PatchType { get; init => field = value ?? ""; } = "";

    /// <summary>Fields that are set as by server-side apply.</summary>
    [Field(3)]
    public ApplyConfiguration? ApplyConfiguration { get; init; }

    /// <summary>Operations on the object's JSON.</summary>
    [Field(4)]
    public JSONPatch? JsonPatch { get; init; }
}

/// <summary>Fields that are set.</summary>
public sealed partial record ApplyConfiguration
{
    /// <summary>What makes them, in CEL: an Object, as in Object{spec: Object.spec{replicas: 3}}.</summary>
    [Field(1)]
    public string? Expression { get; init; }
}

/// <summary>Operations on JSON.</summary>
public sealed partial record JSONPatch
{
    /// <summary>What makes them, in CEL: a list of JSONPatch, as in [JSONPatch{op: "add", path: "/spec/replicas", value: 3}].</summary>
    [Field(1)]
    public string? Expression { get; init; }
}

/// <summary>The values of PatchType.</summary>
public static class MutationPatchType
{
    public const string ApplyConfiguration = "ApplyConfiguration";
    public const string JSONPatch = "JSONPatch";
}
