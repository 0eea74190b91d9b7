using System.Text.RegularExpressions;
using Coppice.ApiServer.Errors;

namespace Coppice.ApiServer.Validation;

/// <summary>The forms of names that devices, their pools, drivers and attributes have.</summary>
internal static partial class DeviceNames
{
    private const int IdentifierMax = 32;

    private const string IdentifierForm = "[A-Za-z_][A-Za-z0-9_]*";

    private const string RequestRule = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

    public static Findings<FieldError> Driver(FieldPath path, string name) => name.Length == 0
        ? [FieldError.Required(path)]
        : PersistentSourceValidation.Driver(path, name);

    public static Findings<FieldError> Pool(FieldPath path, string name) => name.Length == 0
        ? [FieldError.Required(path)]
        :
        [
            .. FieldRules.If(name.Length > Names.SubdomainLimit, () => FieldError.TooLong(path, Names.SubdomainLimit)),
            .. name.Split('/').SelectMany(part => FieldRules.Named(path, part, Names.Subdomain)),
        ];

    public static Findings<FieldError> Class(FieldPath path, string name) => FieldRules.RequiredName(path, name, Names.Subdomain);

    /// <summary>"name" or "domain/name".</summary>
    public static Findings<FieldError> Qualified(FieldPath path, string name) => name.Split('/') switch
    {
        [var identifier] => Identifier(path, identifier),
        [var domain, var identifier] =>
        [
            .. domain.Length == 0 ? [FieldError.Invalid(path, "", "the domain must not be empty")] : Driver(path, domain),
            .. identifier.Length == 0 ? [FieldError.Invalid(path, "", "the name must not be empty")] : Identifier(path, identifier),
        ],
        _ => [],
    };

    /// <summary>"domain/name".</summary>
    public static Findings<FieldError> FullyQualified(FieldPath path, string name) =>
    [
        .. Qualified(path, name),
        .. FieldRules.If(
            !name.Contains('/'), () => FieldError.Invalid(path, name, "a fully qualified name must be a domain and a name separated by a slash")),
    ];

    /// <summary>The name of a request, or of one of its choices.</summary>
    /// <param name="known">All there are.</param>
    public static Findings<FieldError> Request(FieldPath path, string name, IReadOnlySet<string> known)
    {
        var parts = name.Split('/');
        return parts.Length > 2
            ? [FieldError.Invalid(path, name, RequestRule)]
            :
            [
                .. parts.SelectMany(part => FieldRules.Named(path, part, Names.Label)),
                .. FieldRules.If(!known.Contains(name), () => FieldError.Invalid(path, name, RequestRule)),
            ];
    }

    private static Findings<FieldError> Identifier(FieldPath path, string name) =>
    [
        .. FieldRules.If(name.Length > IdentifierMax, () => FieldError.TooLong(path, IdentifierMax)),
        .. FieldRules.If(
            !IsIdentifier().IsMatch(name),
            () => FieldError.Invalid(
                path,
                name,
                "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' "
                + $"(e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '{IdentifierForm}')")),
    ];

    [GeneratedRegex(@"\A" + IdentifierForm + @"\z")]
    private static partial Regex IsIdentifier();
}
