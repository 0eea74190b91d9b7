using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Configuration that is nobody else's business.</summary>
internal static class SecretKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<Secret>(), new SecretStrategy(), new SecretTable())
    {
        Fields = FieldLabels.Of<Secret>(("type", secret => secret.Type)),
    };
}
