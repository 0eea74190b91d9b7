using Coppice.Objects.Meta;

namespace Coppice.Objects.Admissionregistration;

/// <summary>What must hold of requests, in expressions; it counts where a binding says so.</summary>
public sealed partial record ValidatingAdmissionPolicy : KubernetesObject
{
    /// <summary>What must hold, and of which requests.</summary>
    [Field(2)]
    public ValidatingAdmissionPolicySpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What was found out about the expressions.</summary>
    [Field(3)]
    public ValidatingAdmissionPolicyStatus? Status { get; init; }
}

/// <summary>What a policy asks of requests.</summary>
public sealed partial record ValidatingAdmissionPolicySpec : IAdmissionPolicy
{
    /// <summary>What kind the objects have that its bindings take parameters from.</summary>
    [Field(1)]
    public ParamKind? ParamKind { get; init; }

    /// <summary>Which requests it is about.</summary>
    [Field(2)]
    public MatchResources? MatchConstraints { get; init; }

    /// <summary>What must hold.</summary>
    [Field(3)]
    public ValueList<PolicyValidation> Validations { get; init; }

    /// <summary>What happens where an expression cannot be evaluated: Fail refuses the request, Ignore goes on.</summary>
    [Field(4, Pointer = true)]
    public string? FailurePolicy { get; init; }

    /// <summary>What the audit log should note.</summary>
    [Field(5)]
    public ValueList<AuditAnnotation> AuditAnnotations { get; init; }

    /// <summary>Which of the requests are meant: those of which all of this is true.</summary>
    [Field(6, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<MatchCondition> MatchConditions { get; init; }

    /// <summary>Values with names for the expressions after them, each evaluated where it is asked for.</summary>
    [Field(7, MergeKey = "name", List = ListType.Map, ListKeys = "name")]
    public ValueList<Variable> Variables { get; init; }
}

/// <summary>What kind the objects with a policy's parameters have.</summary>
[AtomicObject]
public sealed partial record ParamKind
{
    /// <summary>As in rules.example.com/v1.</summary>
    [Field(1)]
    public string? ApiVersion { get; init; }

    /// <summary>As in ReplicaLimit.</summary>
    [Field(2)]
    public string? Kind { get; init; }
}

/// <summary>One thing that must hold.</summary>
[SchemaName("Validation")]
public sealed partial record PolicyValidation
{
    /// <summary>What must be true, in CEL, of object, oldObject, request, params, namespaceObject, variables and authorizer.</summary>
    [Field(1, Required = true)]
    public string Expression { get; init => field = value ?? ""; } = "";

    /// <summary>What is told where it does not hold.</summary>
    [Field(2)]
    public string? Message { get; init; }

    /// <summary>The reason of the refusal: Unauthorized, Forbidden, Invalid or RequestEntityTooLarge.</summary>
    [Field(3, Pointer = true)]
    public string? Reason { get; init; }

    /// <summary>An expression that makes the message.</summary>
    [Field(4)]
    public string? MessageExpression { get; init; }
}

/// <summary>A value with a name: variables.name.</summary>
[AtomicObject]
public sealed partial record Variable
{
    /// <summary>An identifier of CEL.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it stands for.</summary>
    [Field(2, Required = true)]
    public string Expression { get; init => field = value ?? ""; } = "";
}

/// <summary>A note for the audit log.</summary>
public sealed partial record AuditAnnotation
{
    /// <summary>After the policy's name and a slash, the annotation's key.</summary>
    [Field(1, Required = true)]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>The text; nothing is noted where it is null.</summary>
    [Field(2, Required = true)]
    public string ValueExpression { get; init => field = value ?? ""; } = "";
}

/// <summary>What was found out about a policy.</summary>
public sealed partial record ValidatingAdmissionPolicyStatus
{
    /// <summary>The generation that was looked at.</summary>
    [Field(1)]
    public long ObservedGeneration { get; init; }

    /// <summary>What does not fit the types of what the policy is about.</summary>
    [Field(2)]
    public TypeChecking? TypeChecking { get; init; }

    /// <summary>The state of the policy.</summary>
    [Field(3, List = ListType.Map, ListKeys = "type")]
    public ValueList<Condition> Conditions { get; init; }
}

/// <summary>What does not fit the types.</summary>
public sealed partial record TypeChecking
{
    /// <summary>Each with the expression that it is about.</summary>
    [Field(1)]
    public ValueList<ExpressionWarning> ExpressionWarnings { get; init; }
}

/// <summary>What does not fit in one expression.</summary>
public sealed partial record ExpressionWarning
{
    /// <summary>The expression's field, as in spec.validations[0].expression.</summary>
    [Field(2, Required = true)]
    public string FieldRef { get; init => field = value ?? ""; } = "";

    /// <summary>What does not fit, for each kind that the policy may see.</summary>
    [Field(3, Required = true)]
    public string Warning { get; init => field = value ?? ""; } = "";
}
