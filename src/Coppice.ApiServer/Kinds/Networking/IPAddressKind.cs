using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Networking;

namespace Coppice.ApiServer.Kinds.Networking;

/// <summary>That an address is taken.</summary>
internal static class IPAddressKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<IPAddress>(), new IPAddressStrategy(), new IPAddressTable())
    {
        NameRule = AddressValidation.Canonical,
    };
}
