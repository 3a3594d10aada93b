from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                Lower("email"), name="contact_by_any_email", condition=~models.Q(email="")
            ),
        ),
        RemoveIndexConcurrently(model_name="contact", name="contact_by_email"),
    ]
