// What a report of one service is asked, and which answers may be chosen.
const city = "https://311.example.org";

const answer = await fetch(`${city}/open311/v2/services/ASKING_SERVICE.json`);
if (!answer.ok) throw new Error(await answer.text());

const definition = await answer.json();
for (const question of definition.attributes) {
  const needed = question.required ? "required" : "optional";
  console.log(`${question.code} (${question.datatype}, ${needed}): ${question.description}`);
  for (const value of question.values ?? []) console.log(`    ${value.key} = ${value.name}`);
}
