<?php
// phpcs:disable
use IGNY8\Bridge\Publishing;
use PHPUnit\Framework\TestCase;

final class PayloadTest extends TestCase {
	private const GOOD = [ 'operation_id' => '0192F0C1-0000-7000-8000-000000000001', 'content_id' => 123, 'title' => 'T', 'content_html' => '<p>c</p>' ];

	public function test_the_least_payload(): void {
		list( $payload, $errors ) = Publishing\read_payload( self::GOOD + [ 'excerpt' => null, 'tags' => null, 'meta' => null, 'date_gmt' => null, 'author' => null, 'post_type' => null, 'category_ids' => [], 'fields' => null, 'sticky' => null, 'parent_id' => null, 'template' => null, 'missing_terms' => null ] );
		$this->assertSame( [], $errors );
		$this->assertSame( '0192f0c1-0000-7000-8000-000000000001', $payload['operation_id'] );
		$this->assertSame( [ [], [], [], false, 0, '', 'create' ], [ $payload['category_ids'], $payload['tag_ids'], $payload['fields'], $payload['sticky'], $payload['parent_id'], $payload['template'], $payload['missing_terms'] ] );
		$this->assertSame( [ 'publish', 'post', '', [], [] ], [ $payload['status'], $payload['post_type'], $payload['date_gmt'], $payload['tags'], $payload['meta'] ] );
	}

	public function bad(): array {
		return [
			[ [ 'operation_id' => 'x' ], 'operation_id' ], [ [ 'operation_id' => null ], 'operation_id' ],
			[ [ 'content_id' => 0 ], 'content_id' ], [ [ 'content_id' => -1 ], 'content_id' ], [ [ 'content_id' => '1x' ], 'content_id' ], [ [ 'content_id' => 1.5 ], 'content_id' ],
			[ [ 'title' => '' ], 'title' ], [ [ 'title' => [] ], 'title' ], [ [ 'title' => "a\0b" ], 'title' ], [ [ 'content_html' => ' ' ], 'content_html' ],
			[ [ 'status' => 'trash' ], 'status' ], [ [ 'status' => 'future' ], 'date_gmt' ], [ [ 'post_type' => 'attachment' ], 'post_type' ], [ [ 'post_type' => 'nonesuch' ], 'post_type' ],
			[ [ 'date_gmt' => 'tomorrow' ], 'date_gmt' ], [ [ 'date_gmt' => '2026-11-22 10:00' ], 'date_gmt' ],
			[ [ 'tags' => 'a,b' ], 'tags' ], [ [ 'categories' => [ 1 ] ], 'categories' ], [ [ 'media' => [ 'x' ] ], 'media' ],
			[ [ 'category_ids' => [ 'a' => 'x' ] ], 'category_ids' ], [ [ 'category_ids' => 1 ], 'category_ids' ], [ [ 'tag_ids' => [ 'a' => -1 ] ], 'tag_ids' ], [ [ 'missing_terms' => 'drop' ], 'missing_terms' ],
			[ [ 'fields' => [ [ 'key' => 'a', 'via' => 'sql', 'value' => 1 ] ] ], 'fields' ], [ [ 'fields' => [ [ 'via' => 'meta' ] ] ], 'fields' ], [ [ 'sticky' => 1 ], 'sticky' ], [ [ 'parent_id' => '7' ], 'parent_id' ], [ [ 'template' => [] ], 'template' ],
		];
	}

	/** @dataProvider bad */
	public function test_what_is_refused( array $change, string $field ): void {
		list( , $errors ) = Publishing\read_payload( $change + self::GOOD );
		$this->assertSame( [ $field ], array_column( $errors, 'field' ) );
	}

	public function test_dates_become_utc(): void {
		list( $payload ) = Publishing\read_payload( self::GOOD + [ 'date_gmt' => '2026-11-22T10:00:00+02:00' ] );
		$this->assertSame( '2026-11-22 08:00:00', $payload['date_gmt'] );
	}

	public function test_the_hash_of_a_body(): void {
		$a = Publishing\body_hash( [ 'a' => 1, 'b' => [ 'x' => 1, 'y' => [ 1, 2 ] ] ] );
		$this->assertSame( $a, Publishing\body_hash( [ 'b' => [ 'y' => [ 1, 2 ], 'x' => 1 ], 'a' => 1, 'media' => [ [ 'attachment_id' => 1 ] ], 'expected_revision' => 'f' ] ) );
		$this->assertNotSame( $a, Publishing\body_hash( [ 'a' => 1, 'b' => [ 'x' => 1, 'y' => [ 2, 1 ] ] ] ) );
	}

	public function test_paths_of_categories(): void {
		$this->assertSame( [ 'Guides', 'Beginners' ], Publishing\term_path( 'Guides > Beginners' ) );
		$this->assertSame( [ 'Guides', 'Beginners' ], Publishing\term_path( ' Guides&gt;Beginners > ' ) );
		$this->assertSame( [ 'R & D' ], Publishing\term_path( 'R & D' ) );
		$this->assertSame( [], Publishing\term_path( ' > ' ) );
	}

	public function test_only_whole_urls_are_replaced(): void {
		$urls = [ 'https://a.test/i.png' => 'L1', 'https://a.test/i.png?w=2&h=3' => 'L2', 'https://a.test/i.png?w=2&amp;h=3' => 'L3' ];
		$this->assertSame(
			'<img src="L1"><img src="L3"><img srcset="L1 1x, L2 2x"><a href="https://a.test/i.pngx">https://a.test/i.png/2</a>',
			Publishing\replace_urls( '<img src="https://a.test/i.png"><img src="https://a.test/i.png?w=2&amp;h=3"><img srcset="https://a.test/i.png 1x, https://a.test/i.png?w=2&h=3 2x"><a href="https://a.test/i.pngx">https://a.test/i.png/2</a>', $urls )
		);
	}
}
