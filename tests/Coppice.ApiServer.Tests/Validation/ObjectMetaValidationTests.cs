using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Xunit;

namespace Coppice.ApiServer.Tests.Validation;

public sealed class ObjectMetaValidationTests
{
    private static readonly ObjectMeta Good = new() { Name = "web", Namespace = "default" };

    [Fact]
    public void A_name_has_the_form_of_its_kind()
    {
        const string Subdomain =
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
            + @"(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
        const string Label =
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
            + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

        Assert.Empty(Errors<Pod>(Good with { Name = "1.web" }));
        Assert.Equal([$"metadata.name: Invalid value: \"Web\": {Subdomain}"], Errors<Pod>(Good with { Name = "Web" }));
        Assert.Empty(Errors<Service>(Good with { Name = "1web" }));
        Assert.Equal([$"metadata.name: Invalid value: \"Web\": {Label}"], Errors<Service>(Good with { Name = "Web" }));
        Assert.Equal(["metadata.name: Invalid value: \"web.1\": must not contain dots"], Errors<Service>(Good with { Name = "web.1" }));
        Assert.Equal(["metadata.name: Required value: name or generateName is required"], Errors<Pod>(Good with { Name = null }));
    }

    [Fact]
    public void A_generated_name_may_end_with_a_dash_before_it_is_made() =>
        Assert.Empty(Errors<Pod>(Good with { GenerateName = "web-", Name = "web-abcde" }));

    [Fact]
    public void An_event_of_the_older_form_may_be_named_after_any_object()
    {
        Assert.Empty(Errors<Event>(Good with { GenerateName = "system:node.", Name = "system:node.abcde" }));
        Assert.Equal(["metadata.name: Invalid value: \"a/b\": may not contain '/'"], Errors<Event>(Good with { Name = "a/b" }));
        Assert.NotEmpty(Errors<Objects.Events.Event>(Good with { Name = "system:node.abcde" }));
    }

    [Fact]
    public void Only_what_is_in_a_namespace_names_one()
    {
        Assert.Equal(["metadata.namespace: Required value"], Errors<Pod>(Good with { Namespace = null }));
        Assert.Equal(["metadata.namespace: Forbidden: not allowed on this type"], Errors<Node>(Good));
    }

    [Fact]
    public void Labels_and_annotations_have_names_and_values_of_their_form()
    {
        const string Characters = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
        const string Name =
            $"name part {Characters} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

        Assert.Equal(
            [
                $"metadata.labels: Invalid value: \"-a\": {Name}",
                "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
                + "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
                + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            ],
            Errors<Pod>(Good with { Labels = ValueMap.Of(("-a", ""), ("a", "b c")) }));
        Assert.Equal(
            ["metadata.labels: Invalid value: \"/a\": prefix part must be non-empty"], Errors<Pod>(Good with { Labels = ValueMap.Of(("/a", "")) }));
        Assert.Equal(
            ["metadata.annotations: Too long: may not be more than 262144 bytes"],
            Errors<Pod>(Good with { Annotations = ValueMap.Of(("a", new string('x', 262144))) }));
    }

    [Fact]
    public void Names_take_the_form_of_their_kind()
    {
        Assert.Equal(["a.b", "A:b", "-"], Bad<Coppice.Objects.Apps.StatefulSet>("a.b", "A:b", "-", "0a"));
        Assert.Equal(["a.b", "A"], Bad<Service>("a.b", "a", "0a", "A"));
        Assert.Equal(["A:b", "-"], Bad<Pod>("a.b", "A:b", "-", "0a"));
        Assert.Equal(["a/b", ".."], Bad<Event>("a.b", "A:b", "-", "a/b", ".."));
        Assert.Equal(["a/b"], Bad<Coppice.Objects.Rbac.Role>("A:b", "a/b"));

        static IEnumerable<string> Bad<T>(params string[] names) where T : KubernetesObject => names.Where(name => Served.Of<T>().NameRule(name).Count > 0);
    }

    [Fact]
    public void Owners_and_finalizers_are_whole()
    {
        Assert.Equal(
            ["metadata.ownerReferences[0].uid: Invalid value: \"\": must not be empty"],
            Errors<Pod>(Good with { OwnerReferences = [new() { ApiVersion = "apps/v1", Kind = "ReplicaSet", Name = "a" }] }));
        Assert.Equal(
            ["metadata.finalizers[0]: Invalid value: \"mine\": name is neither a standard finalizer name nor is it fully qualified"],
            Errors<Pod>(Good with { Finalizers = ["mine"] }));
        Assert.Empty(Errors<Pod>(Good with { Finalizers = ["example.com/mine", "foregroundDeletion"] }));
    }

    [Fact]
    public void What_is_being_deleted_gets_no_new_finalizers_and_keeps_its_identity()
    {
        var old = Good with { Uid = "1", DeletionTimestamp = DateTimeOffset.UnixEpoch };

        var errors = ObjectMetaValidation.ValidateUpdate(old with { Uid = "2", Finalizers = ["example.com/a"] }, old, BuiltInKinds.Of<Pod>());

        Assert.Equal(
            [
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/a\"}",
                "metadata.uid: Invalid value: \"2\": field is immutable",
            ],
            errors.Select(e => e.ToString()));
    }

    private static IEnumerable<string> Errors<T>(ObjectMeta metadata) where T : KubernetesObject =>
        ObjectMetaValidation.Validate(metadata, BuiltInKinds.Of<T>(), Served.Of<T>().NameRule).Select(e => e.ToString());
}
