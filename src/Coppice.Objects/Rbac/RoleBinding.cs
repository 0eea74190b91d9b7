namespace Coppice.Objects.Rbac;

/// <summary>Gives somebody the rights of a role inside a namespace.</summary>
public sealed partial record RoleBinding : KubernetesObject
{
    /// <summary>Who has the rights.</summary>
    [Field(2, List = ListType.Atomic)]
    public ValueList<Subject> Subjects { get; init; }

    /// <summary>A Role of the same namespace, or a ClusterRole. It stays what it was: for another role there is another binding.</summary>
    [Field(3, Required = true)]
    public RoleRef RoleRef { get; init => field = value ?? new(); } = new();
}

/// <summary>Gives somebody the rights of a ClusterRole, in every namespace and beyond.</summary>
public sealed partial record ClusterRoleBinding : KubernetesObject
{
    /// <summary>Who has the rights.</summary>
    [Field(2, List = ListType.Atomic)]
    public ValueList<Subject> Subjects { get; init; }

    /// <summary>A ClusterRole. It stays what it was: for another role there is another binding.</summary>
    [Field(3, Required = true)]
    public RoleRef RoleRef { get; init => field = value ?? new(); } = new();
}

/// <summary>The role that a binding gives.</summary>
[AtomicObject]
public sealed partial record RoleRef
{
    /// <summary>The group of the role, rbac.authorization.k8s.io.</summary>
    [Field(1)]
    public string ApiGroup { get; init => field = value ?? ""; } = "";

    /// <summary>Role or ClusterRole.</summary>
    [Field(2, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>The name of the role.</summary>
    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>Somebody who is given a role: a user, a group or a service account.</summary>
[AtomicObject]
public sealed partial record Subject
{
    /// <summary>User, Group or ServiceAccount.</summary>
    [Field(1, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>The group of the kind: empty for service accounts, rbac.authorization.k8s.io for users and groups.</summary>
    [Field(2)]
    public string? ApiGroup { get; init; }

    /// <summary>The name.</summary>
    [Field(3, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The namespace of a service account.</summary>
    [Field(4)]
    public string? Namespace { get; init; }
}

/// <summary>The values of a subject's kind.</summary>
public static class SubjectKind
{
    public const string Group = "Group";
    public const string ServiceAccount = "ServiceAccount";
    public const string User = "User";
}
