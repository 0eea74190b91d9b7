using System.Text.Json.Serialization;
using Coppice.Objects.Admissionregistration;

namespace Coppice.Objects.Apiextensions;

/// <summary>A kind of object that is made by describing it; its name is that of the resource with its group, as in crontabs.stable.example.com.</summary>
[JsonOnly]
public sealed partial record CustomResourceDefinition : KubernetesObject
{
    /// <summary>The kind as it is wished for.</summary>
    [Field(2, Required = true)]
    public CustomResourceDefinitionSpec Spec { get; init => field = value ?? new(); } = new();

    /// <summary>What of it is served, and why not all.</summary>
    [Field(3)]
    public CustomResourceDefinitionStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>The finalizers of definitions.</summary>
public static class CustomResourceDefinitionFinalizer
{
    /// <summary>Holds a definition that is deleted until its objects are gone.</summary>
    public const string Cleanup = "customresourcecleanup.apiextensions.k8s.io";
}

/// <summary>What a kind is called and looks like.</summary>
public sealed partial record CustomResourceDefinitionSpec
{
    /// <summary>The group that the kind belongs to, as in its URL: /apis/GROUP/….</summary>
    [Field(1, Required = true)]
    public string Group { get; init => field = value ?? ""; } = "";

    /// <summary>How its objects are called.</summary>
    [Field(3, Required = true)]
    public CustomResourceDefinitionNames Names { get; init => field = value ?? new(); } = new();

    /// <summary>Whether its objects live in namespaces: Namespaced or Cluster.</summary>
    [Field(4, Required = true)]
    public string Scope { get; init => field = value ?? ""; } = "";

    /// <summary>The forms that its objects have, one of which is kept.</summary>
    [Field(7, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<CustomResourceDefinitionVersion> Versions { get; init; }

    /// <summary>How an object of one version becomes one of another; by its apiVersion alone, if this is left out.</summary>
    [Field(9)]
    public CustomResourceConversion? Conversion { get; init; }

    /// <summary>Once kept all fields that no schema names. True is refused: x-kubernetes-preserve-unknown-fields in a schema does that.</summary>
    [Field(10)]
    public bool PreserveUnknownFields { get; init; }
}

/// <summary>How a kind and its objects are called.</summary>
public sealed partial record CustomResourceDefinitionNames
{
    /// <summary>The resource as in its URL, and with the group the definition's name; small letters.</summary>
    [Field(1, Required = true)]
    public string Plural { get; init => field = value ?? ""; } = "";

    /// <summary>One of them, as commands name it; the kind in small letters by default.</summary>
    [Field(2)]
    public string? Singular { get; init; }

    /// <summary>Shorter names for commands.</summary>
    [Field(3)]
    public ValueList<string> ShortNames { get; init; }

    /// <summary>The kind, as objects name it.</summary>
    [Field(4, Required = true)]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>The kind of their lists; the kind with List behind it by default.</summary>
    [Field(5)]
    public string? ListKind { get; init; }

    /// <summary>Groups of resources that it is shown with, as in kubectl get all.</summary>
    [Field(6)]
    public ValueList<string> Categories { get; init; }
}

/// <summary>The values of ResourceScope.</summary>
public static class ResourceScope
{
    public const string Cluster = "Cluster";
    public const string Namespaced = "Namespaced";
}

/// <summary>One form of a kind's objects.</summary>
public sealed partial record CustomResourceDefinitionVersion
{
    /// <summary>The version as in the URL, such as v1 or v2beta1.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Clients may use it.</summary>
    [Field(2, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Served { get; init; }

    /// <summary>Objects are kept in this form; true of exactly one version.</summary>
    [Field(3, Required = true)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool Storage { get; init; }

    /// <summary>Who uses it is warned.</summary>
    [Field(7)]
    public bool Deprecated { get; init; }

    /// <summary>The warning, where the usual one does not do.</summary>
    [Field(8, Pointer = true)]
    [JsonConverter(typeof(ExactStringConverter))]
    public string? DeprecationWarning { get; init; }

    /// <summary>What the objects look like.</summary>
    [Field(4)]
    public CustomResourceValidation? Schema { get; init; }

    /// <summary>The parts of the objects that are read and written by themselves.</summary>
    [Field(5)]
    public CustomResourceSubresources? Subresources { get; init; }

    /// <summary>What kubectl get prints beside name and age; the age is printed where this is empty.</summary>
    [Field(6)]
    public ValueList<CustomResourceColumnDefinition> AdditionalPrinterColumns { get; init; }

    /// <summary>The fields by which objects may be selected.</summary>
    [Field(9)]
    public ValueList<SelectableField> SelectableFields { get; init; }
}

/// <summary>What the objects of a version look like.</summary>
public sealed partial record CustomResourceValidation
{
    /// <summary>The schema that objects are pruned, completed and checked by.</summary>
    [Field(1)]
    [JsonPropertyName("openAPIV3Schema")]
    public JSONSchemaProps? OpenAPIV3Schema { get; init; }
}

/// <summary>The parts of objects that are read and written by themselves.</summary>
public sealed partial record CustomResourceSubresources
{
    /// <summary>The status has a door of its own, and is written by nothing else.</summary>
    [Field(1)]
    public CustomResourceSubresourceStatus? Status { get; init; }

    /// <summary>The number of replicas has a door of its own, as autoscalers use it.</summary>
    [Field(2)]
    public CustomResourceSubresourceScale? Scale { get; init; }
}

/// <summary>That the status has a door of its own; there is nothing more to say of it.</summary>
public sealed record CustomResourceSubresourceStatus;

/// <summary>Where in an object the number of its replicas stands.</summary>
public sealed partial record CustomResourceSubresourceScale
{
    /// <summary>The path of the number wished for, below .spec, without lists.</summary>
    [Field(1, Required = true)]
    public string SpecReplicasPath { get; init => field = value ?? ""; } = "";

    /// <summary>The path of the number that there is, below .status, without lists.</summary>
    [Field(2, Required = true)]
    public string StatusReplicasPath { get; init => field = value ?? ""; } = "";

    /// <summary>The path of the selector of their pods, as text, below .spec or .status; autoscalers need it.</summary>
    [Field(3, Pointer = true)]
    public string? LabelSelectorPath { get; init; }
}

/// <summary>One column that kubectl prints.</summary>
public sealed partial record CustomResourceColumnDefinition
{
    /// <summary>Its heading.</summary>
    [Field(1, Required = true)]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What stands there: boolean, date, integer, number or string.</summary>
    [Field(2, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>How it is written, where the type leaves that open.</summary>
    [Field(3)]
    public string? Format { get; init; }

    /// <summary>What it means, for people.</summary>
    [Field(4)]
    public string? Description { get; init; }

    /// <summary>Above 0 only wide output shows it.</summary>
    [Field(5)]
    public int Priority { get; init; }

    /// <summary>The path of the value in each object.</summary>
    [Field(6, Required = true)]
    public string JsonPath { get; init => field = value ?? ""; } = "";
}

/// <summary>A field by which objects may be selected.</summary>
public sealed partial record SelectableField
{
    /// <summary>Its path, as in .spec.color: of a string, a Boolean or a whole number, outside of metadata and lists.</summary>
    [Field(1, Required = true)]
    public string JsonPath { get; init => field = value ?? ""; } = "";
}

/// <summary>How an object of one version becomes one of another.</summary>
public sealed partial record CustomResourceConversion
{
    /// <summary>None changes only the apiVersion; Webhook asks a webhook.</summary>
    [Field(1, Required = true)]
    public string Strategy { get; init => field = value ?? ""; } = "";

    /// <summary>The webhook, for the strategy of that name.</summary>
    [Field(2)]
    public WebhookConversion? Webhook { get; init; }
}

/// <summary>The webhook that turns objects of one version into those of another.</summary>
public sealed partial record WebhookConversion
{
    /// <summary>How it is reached.</summary>
    [Field(2)]
    public WebhookClientConfig? ClientConfig { get; init; }

    /// <summary>The versions of ConversionReview that it understands, the preferred one first.</summary>
    [Field(3, Required = true)]
    public ValueList<string> ConversionReviewVersions { get; init; }
}

/// <summary>The values of ConversionStrategyType.</summary>
public static class ConversionStrategyType
{
    public const string None = "None";
    public const string Webhook = "Webhook";
}

/// <summary>What of a definition is served, and why not all.</summary>
public sealed partial record CustomResourceDefinitionStatus
{
    /// <summary>What can be said of its state.</summary>
    [Field(1, MergeKey = "type", List = ListType.Map, ListKeys = "type")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<CustomResourceDefinitionCondition> Conditions { get; init; }

    /// <summary>The names that are served: those wished for, as far as nobody else of the group had them before.</summary>
    [Field(2)]
    public CustomResourceDefinitionNames AcceptedNames { get; init => field = value ?? new(); } = new();

    /// <summary>The versions in which objects may be kept; taken away by whoever has written all of them anew.</summary>
    [Field(3)]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<string> StoredVersions { get; init; }

    /// <summary>The generation of the definition that this was found for.</summary>
    [Field(4)]
    public long ObservedGeneration { get; init; }
}

/// <summary>One thing that can be said of a definition's state.</summary>
public sealed partial record CustomResourceDefinitionCondition
{
    /// <summary>What is said.</summary>
    [Field(1, Required = true)]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds: True, False or Unknown.</summary>
    [Field(2, Required = true)]
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>When status last changed.</summary>
    [Field(3)]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>Why it is so, in one word for programs.</summary>
    [Field(4)]
    public string? Reason { get; init; }

    /// <summary>Why it is so, for people.</summary>
    [Field(5)]
    public string? Message { get; init; }

    /// <summary>The generation of the definition that this was found for.</summary>
    [Field(6)]
    public long ObservedGeneration { get; init; }
}

/// <summary>The values of CustomResourceDefinitionConditionType that we set.</summary>
public static class CustomResourceDefinitionConditionType
{
    public const string Established = "Established";
    public const string NamesAccepted = "NamesAccepted";
    public const string Terminating = "Terminating";
    public const string KubernetesAPIApprovalPolicyConformant = "KubernetesAPIApprovalPolicyConformant";
}
