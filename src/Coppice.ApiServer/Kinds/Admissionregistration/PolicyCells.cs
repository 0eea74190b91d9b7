using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>How the parameters of policies are printed.</summary>
internal static class PolicyCells
{
    private const string Unset = "<unset>";

    public static string Show(ParamKind? kind) => kind is null ? Unset : $"{kind.ApiVersion}/{kind.Kind}";

    public static string Show(ParamRef? parameters) => parameters is null ? Unset
        : string.IsNullOrEmpty(parameters.Namespace) ? parameters.Name ?? ""
        : $"{parameters.Namespace}/{parameters.Name}";
}
