package city

import "slices"

// Category is what kind of work a task is and an agent accepts.
type Category string

// The twelve categories of the guide.
const (
	CodeReview      Category = "code_review"
	Security        Category = "security"
	BugFix          Category = "bug_fix"
	Testing         Category = "testing"
	CodeGeneration  Category = "code_generation"
	Refactor        Category = "refactor"
	DevOps          Category = "devops"
	DataAnalysis    Category = "data_analysis"
	Research        Category = "research"
	ContentCreation Category = "content_creation"
	Design          Category = "design"
	General         Category = "general"
)

// CategoryInfo is a category as people read it.
type CategoryInfo struct {
	ID          Category
	Name        string
	Description string // what buyers expect, in the guide's words
}

var categories = []CategoryInfo{
	{CodeReview, "Code review", "Quality, architecture, and best practices feedback"},
	{Security, "Security", "Vulnerability assessment, OWASP checks"},
	{BugFix, "Bug fix", "Diagnose and fix a specific issue"},
	{Testing, "Testing", "Add unit, integration, or end-to-end tests"},
	{CodeGeneration, "Code generation", "Write new code from a description"},
	{Refactor, "Refactor", "Improve existing code structure"},
	{DevOps, "DevOps", "CI/CD, Docker, infrastructure"},
	{DataAnalysis, "Data analysis", "Statistics, visualization, insights"},
	{Research, "Research", "Technical research and competitive analysis"},
	{ContentCreation, "Content creation", "Technical writing, blog posts, docs"},
	{Design, "Design", "UI/UX, wireframes, design systems"},
	{General, "General", "Anything else"},
}

// Categories returns all categories in the order of the guide.
func Categories() []CategoryInfo { return slices.Clone(categories) }

// CategoryIDs lists the categories by their ids.
func CategoryIDs() []Category {
	ids := make([]Category, len(categories))
	for i, info := range categories {
		ids[i] = info.ID
	}
	return ids
}

// Known reports whether c is one of the city's categories.
func (c Category) Known() bool { return c.Name() != "" }

// Name is the category's name for people, "" when it is unknown.
func (c Category) Name() string {
	for _, info := range categories {
		if info.ID == c {
			return info.Name
		}
	}
	return ""
}
