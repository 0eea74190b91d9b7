using Coppice.Objects;
using Coppice.Objects.Admissionregistration;

namespace Coppice.ApiServer.Kinds.Admissionregistration;

/// <summary>Webhooks that may only refuse.</summary>
internal static class ValidatingWebhookConfigurationKind
{
    public static ServedKind Served { get; } = new(
        BuiltInKinds.Of<ValidatingWebhookConfiguration>(), new ValidatingWebhookConfigurationStrategy(), new ValidatingWebhookConfigurationTable())
    {
        NeedsVersion = true,
    };
}
